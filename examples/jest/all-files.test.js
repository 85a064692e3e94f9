const { execFileSync } = require('node:child_process')
const { listTags } = require('./tags.js')

const { REGISTRY, REGISTRY_URL } = process.env

test('a registry for all test files', async () => {
  expect((await fetch(`${REGISTRY_URL}/v2/_catalog`)).status).toBe(200)
  await expect(listTags(REGISTRY_URL, 'team/app')).rejects.toThrow('404 for /v2/team/app/tags/list')
})

test('a program that a test starts is logged in', () => {
  const logins = JSON.parse(execFileSync('cat', [`${process.env.DOCKER_CONFIG}/config.json`]).toString())
  expect(logins.auths[REGISTRY]).toEqual({ auth: btoa('ci:secret') })
})
