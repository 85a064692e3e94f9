import { html, type Html } from '../html.js'
import type { Visit } from '../visit.js'

/** What somebody types to get something with a client. */
export interface Command {
  readonly client: string
  readonly command: string
}

/** Where something is, as clients name it. */
export interface Place {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly repository: string
  /** `:tag` or `@digest`. */
  readonly reference: string
}

/** The commands that pull an image or another artifact. */
export function pullCommands({ scheme, host, repository, reference }: Place, isImage: boolean): Command[] {
  const plain = scheme === 'http'
  const name = `${host}/${repository}${reference}`
  const flag = (text: string): string => (plain ? ` ${text}` : '')
  return [
    ...(isImage
      ? [
          { client: 'podman', command: `podman pull${flag('--tls-verify=false')} ${name}` },
          { client: 'docker', command: `docker pull ${name}` },
          { client: 'skopeo', command: `skopeo copy${flag('--src-tls-verify=false')} docker://${name} dir:image` },
        ]
      : []),
    {
      client: 'crane',
      command: isImage
        ? `crane pull${flag('--insecure')} ${name} image.tar`
        : `crane manifest${flag('--insecure')} ${name}`,
    },
    {
      client: 'oras',
      command: isImage
        ? `oras copy${flag('--from-plain-http')} ${name} --to-oci-layout layout`
        : `oras pull${flag('--plain-http')} ${name}`,
    },
    { client: 'cosign', command: `cosign verify${flag('--allow-insecure-registry')} --key cosign.pub ${name}` },
  ]
}

/** The commands that pull a chart. @param version Of the chart; a `+` in it is a `_` in the tag. */
export function chartCommands(place: Place, version: string | undefined): Command[] {
  const { scheme, host, repository, reference } = place
  const flag = scheme === 'http' ? ' --plain-http' : ''
  const chosen =
    version !== undefined && reference === `:${version.replaceAll('+', '_')}`
      ? `oci://${host}/${repository} --version ${version}`
      : `oci://${host}/${repository}${reference}`
  return [{ client: 'helm', command: `helm pull${flag} ${chosen}` }, ...pullCommands(place, false)]
}

/** The command that pushes a first image. */
export const pushCommand = ({ scheme, host }: Pick<Visit, 'scheme' | 'host'>, repository: string): Command => ({
  client: 'podman',
  command: `podman push${scheme === 'http' ? ' --tls-verify=false' : ''} IMAGE ${host}/${repository}:1.0`,
})

/** Commands with a button each that copies it, where a script can. */
export const commandList = (commands: readonly Command[]): Html =>
  html`<ul class="commands">
    ${commands.map(
      ({ client, command }) =>
        html`<li>
          <span class="client">${client}</span
          ><code>${command}</code>${copyButton(command, `Copy the ${client} command`)}
        </li>`,
    )}
  </ul>`

/** A button that copies a text; without a script it is not there. */
export const copyButton = (text: string, label: string, word = 'Copy'): Html =>
  html`<button type="button" class="copy quiet" data-copy="${text}" aria-label="${label}" hidden>${word}</button>`
