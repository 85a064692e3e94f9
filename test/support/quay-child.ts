import { startRegistry } from 'start-registry'

// A Quay of its own process, on the folder that is given: it says its port and runs until it is killed.
const [folder = ''] = process.argv.slice(2)
const registry = await startRegistry({
  profile: 'quay-3.7',
  storage: { disk: folder },
  unref: false,
  quay: {
    users: { alice: 'password1' },
    organizations: {
      ns: { owners: ['alice'], applications: { tool: { tokens: [{ user: 'alice', token: 'A'.repeat(40) }] } } },
    },
  },
})
process.stdout.write(`${registry.port}\n`)
