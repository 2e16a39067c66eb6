# One image for the three programs; docker-compose.yml says which one a container runs.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml tsconfig.json ./
COPY packages ./packages
COPY apps ./apps
COPY tests/package.json ./tests/
COPY bench/package.json ./bench/
RUN npx --yes pnpm@12 install --frozen-lockfile --filter '@drag-race/web...'
RUN cd apps/web && node node_modules/vite/bin/vite.js build

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY package.json pnpm-lock.yaml pnpm-workspace.yaml ./
COPY packages ./packages
COPY apps ./apps
COPY tests/package.json ./tests/
COPY bench/package.json ./bench/
RUN npx --yes pnpm@12 install --frozen-lockfile --prod \
    --filter '@drag-race/simulator...' --filter '@drag-race/gateway...' --filter '@drag-race/api...' \
 && mkdir -p data && chown node:node data
COPY --from=build /app/apps/web/dist ./apps/web/dist
COPY gateway.yaml ./
USER node
EXPOSE 8000
CMD ["node", "apps/api/src/main.ts"]
