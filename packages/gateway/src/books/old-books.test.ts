/** Books that earlier versions wrote. */
import { expect, test } from 'vitest'
import { all, hold, nowMs, perDay, toCall, useKeepers } from '../testing/keepers.ts'
import { toCount } from './spending.ts'

const { open, closeNewest, crash, columnIn, change } = useKeepers()

test('tags that were written before names had to be in lower case are found, and counted', async () => {
  await open('old').write({ calls: [toCall('r1', 5)], holds: [], nowMs })
  await closeNewest()
  change(
    'old',
    `delete from kysely_migration where name >= '0003-tag-names';
    drop table journal;
    alter table holds drop column operation;
    update calls set tags = '{"costCentre":"München","agent":"x"}'`,
  )
  const keeper = open('old')
  const count = toCount(['tag:costCentre'], 'day')
  const spent = await keeper.watch({ counts: [count], nowMs })
  expect(spent).toMatchObject([{ subject: '["München"]', pico: 5n }])
  const { rows } = await keeper.usage({ query: { ...all, by: ['tag:costcentre', 'tag:agent'] } })
  expect(rows).toMatchObject([{ group: { 'tag:costcentre': 'München', 'tag:agent': 'x' } }])
})

test('holds from before there was an operation are taken for `chat`', async () => {
  await open('first').write({ calls: [], holds: [hold], nowMs })
  crash('first', 'old')
  change(
    'old',
    `alter table holds drop column operation;
    delete from kysely_migration where name >= '0004-hold-operation';
    drop table journal`,
  )
  expect((await open('old').usage({ query: all })).total.costUsd).toBe(5e-12)
  expect(columnIn('old', 'select operation from calls order by id')).toEqual(['chat'])
})

test('of a call that the first version booked twice one is left, with its attempts', async () => {
  await open('first').write({ calls: [toCall('r1', 5)], holds: [hold], nowMs })
  crash('first', 'old')
  change(
    'old',
    `
    alter table holds drop column operation;
    drop index calls_request;
    drop table journal;
    delete from kysely_migration where name >= '0002-calls-once';
    create table copies as select * from calls;
    update copies set id = id + 1;
    insert into calls select * from copies;
    drop table copies;
    create table copies as select * from attempts;
    update copies set call_id = call_id + 1;
    insert into attempts select * from copies;
    drop table copies`,
  )
  const keeper = open('old')
  // The call that ran when the first version was killed has cost the 5 that were reserved for it.
  expect((await keeper.usage({ query: all })).total).toMatchObject({ calls: 2, attempts: 2, costUsd: 10e-12 })
  expect(await keeper.watch({ counts: [perDay], nowMs })).toMatchObject([{ pico: 10n }])
  expect(columnIn('old', 'select count(*) from attempts')).toEqual([2])
})
