import { readFile } from 'node:fs/promises'
import { environment } from '../domain/environment.ts'

describe('.env.example and docker-compose.yml', () => {
  it('name every variable that a process reads, and no other', async () => {
    const text = await readFile('.env.example', 'utf8')
    const named = [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
    expect(named.toSorted()).toEqual(Object.keys(environment).toSorted())
  })

  it('start the three processes and the migration by scripts that exist', async () => {
    const text = await readFile('docker-compose.yml', 'utf8')
    const scripts = [...text.matchAll(/command: node (?:--\S+ )*(\S+)/g)].map(([, script]) => script!)
    expect(scripts.toSorted()).toEqual(['api/main.ts', 'db/migrate.ts', 'relay/main.ts', 'workers/main.ts'])
    for (const script of scripts) await expect(readFile(script)).resolves.toBeDefined()
  })
})
