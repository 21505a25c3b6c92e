## Settings

language-title = Language
settings-lead = For this browser only; they are kept in it.
colours = Colours
rows = Rows
sizes = Sizes
size-example = A file of 2,000,000 bytes is shown as { $size }.
choices-need-scripts = Choices need scripts, which are switched off in this browser.

## Choices

language-auto = as the browser says
theme-auto = as the system
theme-light = light
theme-dark = dark
density-comfortable = comfortable
density-compact = compact
units-binary = binary: KiB, MiB, GiB (1024)
units-decimal = decimal: kB, MB, GB (1000)
