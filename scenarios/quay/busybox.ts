import type { Desk } from '../scenario.js'

/**
 * Builds an image of one small file, which is what the stories have for a busybox, and pushes it; answers its digest.
 * @param text What makes it another image than all others.
 */
export async function pushBusybox({ sh, write, read }: Desk, image: string, text: string): Promise<string> {
  write('busybox/page.txt', `${text}\n`)
  write('busybox/Containerfile', 'FROM scratch\nCOPY page.txt /\n')
  await sh`podman build --tag ${image} busybox`
  await sh`podman push --digestfile pushed.txt ${image}`
  return read('pushed.txt').toString().trim()
}
