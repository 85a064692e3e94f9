/** Who may be told of variables: a shell that reads lines, or a file that GitHub Actions reads ($GITHUB_ENV). */
export const shells = ['sh', 'fish', 'powershell', 'github'] as const

export type Shell = (typeof shells)[number]

/**
 * Variables as lines that set them. Whatever is in a value, it is text and nothing that a shell carries out. A shell's
 * lines end in a semicolon: `eval $(…)` without quotes makes one line of them.
 */
export function setVariables(shell: Shell, variables: Readonly<Record<string, string>>): string {
  return Object.entries(variables)
    .map(([name, value]) => `${writers[shell](name, value)}\n`)
    .join('')
}

const writers: Readonly<Record<Shell, (name: string, value: string) => string>> = {
  sh: (name, value) => `export ${name}='${value.replaceAll("'", String.raw`'\''`)}';`,
  fish: (name, value) => `set -gx ${name} '${value.replaceAll(/[\\']/g, String.raw`\$&`)}';`,
  // about_Quoting_Rules: typographic quotes end such a string as well.
  powershell: (name, value) => `$env:${name} = '${value.replaceAll(/['\u2018-\u201b]/g, '$&$&')}';`,
  github,
}

// A value of several lines stands between lines of a word that is none of them.
function github(name: string, value: string): string {
  const lines = value.split(/\r?\n|\r/)
  if (lines.length === 1) return `${name}=${value}`
  let end = 'END'
  while (lines.includes(end)) end += '_'
  return `${name}<<${end}\n${value}\n${end}`
}
