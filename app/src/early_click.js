// Keeps the last click on a button that came before the program did, and makes it again once that has taken over.
(() => {
  let early = null;
  const keep = ({ target }) => {
    early = target.closest?.('button[type="button"]') ?? early;
  };
  addEventListener('click', keep, true);
  addEventListener('hydrated', () => {
    removeEventListener('click', keep, true);
    // Not a button that the program has put another in place of.
    if (early?.isConnected) early.click();
  }, { once: true });
})();
