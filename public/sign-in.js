/* What the sign-in page can do more where scripts run. The words are in views/login.ejs. */
const [form, password, show, caps, submit] = [
  '#answer',
  '#password',
  '.show',
  '.caps',
  '#accept',
].map((selector) => document.querySelector(selector));
const label = submit.textContent;

/* Shows the password, or hides it again. */
function setShown(isShown) {
  const words = show.dataset;
  password.type = isShown ? 'text' : 'password';
  show.textContent = isShown ? words.hide : words.show;
  show.setAttribute('aria-label', isShown ? words.hideSpoken : words.showSpoken);
}
show.onclick = () => setShown(password.type === 'password');
show.hidden = false;

/* Says that Caps Lock is on. */
const sayCaps = (isOn) => (caps.textContent = isOn ? caps.dataset.on : '');
for (const type of ['keydown', 'keyup', 'mousedown']) {
  password.addEventListener(type, (event) => sayCaps(event.getModifierState?.('CapsLock')));
}
password.onblur = () => sayCaps(false);

/* Ignores a second press, unless nothing happens for long. */
let timer;
function setBusy(isBusy) {
  clearTimeout(timer);
  timer = isBusy && setTimeout(setBusy, 10_000);
  submit.textContent = isBusy ? submit.dataset.busy : label;
  submit.setAttribute('aria-busy', Boolean(isBusy));
}
form.onsubmit = (event) => {
  if ((event.submitter ?? submit) !== submit) return;
  if (timer) event.preventDefault();
  else setBusy(true);
};
addEventListener('pageshow', () => {
  setBusy(false);
  setShown(false);
});
