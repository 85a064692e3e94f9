import { globalSetup } from 'start-registry/jest'

export default globalSetup({ accounts: [{ username: 'ci', password: 'secret' }], anonymous: 'pull' })
