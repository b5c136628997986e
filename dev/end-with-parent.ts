/** Loaded before the app in its own process: when `npm run dev` is gone, however that went, so is the app. */
process.once('disconnect', () => process.exit());
process.channel?.unref();
