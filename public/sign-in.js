/* What sign-in can do more where scripts run. Its words are in views/login.ejs. */
const find = (selector) => document.querySelector(selector);
const [form, password, submit] = ['#answer', '#password', '#accept'].map(find);
const [show, caps] = ['.show', '.caps'].map(find);
const label = submit.textContent;

/* Shows the password, or hides it again. */
function setShown(isShown) {
  const words = show.dataset;
  password.type = isShown ? 'text' : 'password';
  show.textContent = isShown ? words.hide : words.show;
  show.ariaLabel = isShown ? words.hideSpoken : words.showSpoken;
}
show.onclick = () => setShown(password.type === 'password');
show.hidden = false;

/* Says that Caps Lock is on. */
const sayCaps = (isOn) => (caps.textContent = isOn ? caps.dataset.on : '');
for (const type of ['keydown', 'keyup', 'mousedown']) {
  password.addEventListener(type, (event) => sayCaps(event.getModifierState?.('CapsLock')));
}
password.onblur = () => sayCaps();

/* Ignores a second press, unless nothing happens for long. */
let timer;
function setBusy(isBusy) {
  clearTimeout(timer);
  timer = isBusy && setTimeout(setBusy, 10_000);
  submit.textContent = isBusy ? submit.dataset.busy : label;
  submit.ariaBusy = !!isBusy;
}
form.onsubmit = (event) => {
  if ((event.submitter ?? submit) !== submit) return;
  if (timer) event.preventDefault();
  else setBusy(true);
};
window.onpageshow = () => {
  setBusy();
  setShown();
};
