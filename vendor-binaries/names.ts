import { manifest, type Binary } from './manifest.js'

/** What one row of the manifest is called: `helm@3.8.2`; a client of the system's packages by its name alone. */
export const idOf = ({ name, version, source }: Binary): string =>
  source.kind === 'system' ? name : `${name}@${version}`

/** How a person calls a client: its name, and its version when that is pinned. */
export const label = ({ name, version, source }: Binary): string =>
  source.kind === 'system' ? name : `${name} ${version}`

/** The environment variable that names an executable to use instead: START_REGISTRY_HELM, START_REGISTRY_HELM_3_8_2. */
export function variableOf(binary: Binary): string {
  const text = binary.isDefault ? binary.name : idOf(binary)
  return `START_REGISTRY_${text.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_')}`
}

/** The row that an id means, or a name: of its versions, the default. Undefined when there is none. */
export const rowOf = (text: string, rows: readonly Binary[] = manifest): Binary | undefined =>
  rows.find((row) => idOf(row) === text || (row.isDefault && row.name === text))

/** The rows that an id or a name means: all versions of a name. Empty when there is none. */
export const rowsOf = (text: string, rows: readonly Binary[] = manifest): readonly Binary[] =>
  rows.filter((row) => idOf(row) === text || row.name === text)

/** The command that gets a client, and no other version of it. */
export const installCommand = (binary: Binary): string =>
  `npx start-registry binaries install ${rowsOf(binary.name).length === 1 ? binary.name : idOf(binary)}`
