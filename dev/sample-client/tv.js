/** Asks whether the TV is connected, and shows the page anew when something has changed. */
const { state, seconds } = document.querySelector('.tv').dataset;

setInterval(async () => {
  try {
    const answer = await fetch('/tv/state');
    if ((await answer.text()) !== state) location.reload();
  } catch {
    // the app is away: ask again later
  }
}, seconds * 1000);
