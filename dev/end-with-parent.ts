/** Runs before the app, in its process: ends it when `npm run dev` is gone, even after a crash. */
process.once('disconnect', () => process.exit());
process.channel?.unref();
