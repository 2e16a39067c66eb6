/** The prompts that ship with the app. An id never changes: races in the history point at it. */
import type { Prompt } from '@drag-race/contracts'

const shipped: [id: string, category: string, title: string, text: string][] = [
  [
    'apollo-1202',
    'knowledge',
    'Apollo 1202 alarms',
    'Explain, with one table, how the Apollo Guidance Computer survived its 1202 alarms.',
  ],
  [
    'tcp-handshake',
    'knowledge',
    'TCP handshake',
    'Explain the TCP three-way handshake and why two steps would not be enough.',
  ],
  [
    'cap-theorem',
    'knowledge',
    'CAP theorem',
    'What does the CAP theorem really say, and what do people get wrong about it? Compare three databases in a table.',
  ],
  [
    'lru-cache',
    'coding',
    'LRU cache',
    'Write an LRU cache in TypeScript with O(1) get and put, and explain the two data structures behind it.',
  ],
  [
    'sql-window',
    'coding',
    'SQL window functions',
    'Write a SQL query that gives the running total and the rank of each order per customer, and explain the window clauses.',
  ],
  [
    'race-condition',
    'coding',
    'Find the race condition',
    'Two workers read a counter, add one and write it back. Show the race condition, then three ways to fix it, with code in Go.',
  ],
  [
    'debounce',
    'coding',
    'Debounce or throttle',
    'Implement debounce and throttle in JavaScript and say when to use which.',
  ],
  [
    'river-crossing',
    'reasoning',
    'River crossing',
    'A farmer must bring a wolf, a goat and a cabbage across a river; the boat holds one of them. Give the shortest plan and prove that it is safe.',
  ],
  [
    'monty-hall',
    'reasoning',
    'Monty Hall',
    'Explain the Monty Hall problem to somebody who is sure that it is fifty-fifty.',
  ],
  [
    'three-switches',
    'reasoning',
    'Three switches',
    'Three switches downstairs, one lamp upstairs, one walk up the stairs. Which switch works the lamp, and how do you know?',
  ],
  [
    'primes-proof',
    'maths',
    'Infinitely many primes',
    'Prove that there are infinitely many primes, in two different ways.',
  ],
  [
    'compound-interest',
    'maths',
    'Compound interest',
    'What becomes of 1,000 dollars at 5 percent interest after 1, 10 and 30 years, simple and compound? Show the formula and a table.',
  ],
  [
    'bayes-test',
    'maths',
    'Bayes and a medical test',
    'A test finds 99 percent of the sick and is wrong for 2 percent of the healthy; one in 500 people is sick. How sick is a person who tests positive?',
  ],
  [
    'haiku-latency',
    'writing',
    'Haiku on latency',
    'Write three haiku about network latency: one sad, one funny, one hopeful.',
  ],
  [
    'bad-news-mail',
    'writing',
    'A mail with bad news',
    'Write a short, honest mail to a customer whose data export failed for the second time. No excuses, clear next steps.',
  ],
  [
    'product-names',
    'writing',
    'Name a product',
    'Suggest ten names for a tool that races language models, each with one line on why it works.',
  ],
  [
    'extract-json',
    'extraction',
    'Invoice to JSON',
    'Extract number, date, total and line items as JSON from: "Invoice 2041 of 3 May 2025. 2 x keyboard at 49.50, 1 x monitor at 289.00. Total 388.00 EUR, due in 14 days."',
  ],
  [
    'log-triage',
    'extraction',
    'Log triage',
    'Sort these log lines by severity and name the likely root cause: "pool exhausted after 30 s", "retrying 3/3", "GET /health 200", "too many connections for role app".',
  ],
  [
    'launch-plan',
    'planning',
    'Launch checklist',
    'Make a launch checklist for a small web service: two weeks, three people, one on call. As a table with owner and day.',
  ],
  [
    'migration-plan',
    'planning',
    'Database migration',
    'Plan a migration of a 2 TB PostgreSQL database to a new region with under five minutes of downtime. Name the risks and the way back.',
  ],
]

export const promptLibrary: readonly Prompt[] = shipped.map(([id, category, title, text]) => ({
  id,
  category,
  title,
  text,
  isBuiltIn: true,
}))
