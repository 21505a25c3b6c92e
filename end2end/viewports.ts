// `test.use({ viewport: phone })` for a spec; the desktop is what a spec gets when it asks for nothing.
export const desktop = { width: 1280, height: 800 };
export const phone = { width: 390, height: 844 };
