import { needBinary, type FoundBinary } from '../vendor-binaries/find.js'
import type { Binary } from '../vendor-binaries/manifest.js'
import { idOf, rowOf } from '../vendor-binaries/names.js'

/** A client that a scenario runs. */
export interface Client extends FoundBinary {
  readonly id: string
  readonly name: string
}

/** The clients of a scenario, found. */
export class Clients {
  readonly all: readonly Client[]

  /**
   * Finds clients by their ids or names.
   * @throws Error when one is missing, with the command that gets it; TypeError for one that the manifest has not.
   */
  static async find(names: readonly string[]): Promise<Clients> {
    const all: Client[] = []
    for (const name of names) {
      const found = await needBinary(name)
      const row = rowOf(name) as Binary
      // By its name and by its id it is one client.
      if (!all.some(({ id }) => id === idOf(row))) all.push({ ...found, id: idOf(row), name: row.name })
    }
    return new Clients(all)
  }

  private constructor(all: readonly Client[]) {
    this.all = all
  }

  /** The client that an id means, or a name for its default version. @throws TypeError when the scenario has it not. */
  one(text: string): Client {
    const row = rowOf(text)
    const client = row && this.all.find(({ id }) => id === idOf(row))
    if (client) return client
    throw new TypeError(`the scenario's clients have no ${text}: they are ${this.all.map(({ id }) => id).join(', ')}`)
  }

  /** The clients of these ids or names; without them, each client of which there is one version. */
  chosen(texts: readonly string[] | undefined): readonly Client[] {
    if (texts === undefined) return this.all.filter(({ name }) => this.versionsOf(name).length === 1)
    const chosen = texts.map((text) => this.one(text))
    const twice = chosen.find(({ name }, index) => chosen.findIndex((other) => other.name === name) !== index)
    if (twice) throw new TypeError(`a desk has one ${twice.name}, and this one was to have two: ${texts.join(', ')}`)
    return chosen
  }

  versionsOf(name: string): readonly Client[] {
    return this.all.filter((client) => client.name === name)
  }
}
