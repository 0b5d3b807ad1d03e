/** A public origin and the loopback origin behind it, as a TLS-terminating proxy would have it: `{ 'https://voice.example.com': 'http://127.0.0.1:3000' }`. */
export type PublicOrigins = Record<string, string>

export interface Route {
  url: string
  headers: Record<string, string>
}

/**
 * Where a public URL is reached on this machine. The stand-in plays the proxy in front of the application: https and wss end here,
 * and the application learns of them by the forwarding headers.
 */
export function routeTo(publicUrl: string, origins: PublicOrigins): Route {
  const { protocol, host, hostname, pathname, search } = new URL(publicUrl)
  const isSecure = protocol === 'https:' || protocol === 'wss:'
  const target = origins[`${protocol}//${host}`] ?? origins[`${isSecure ? 'https:' : 'http:'}//${host}`]
  if (!target && !(isSecure && isLoopback(hostname))) return { url: publicUrl, headers: {} }
  const inside = new URL(target ?? `http://${host}`)
  const scheme = protocol === 'ws:' || protocol === 'wss:' ? 'ws:' : 'http:'
  return {
    url: `${scheme}//${inside.host}${pathname}${search}`,
    headers: { Host: host, 'X-Forwarded-Host': host, 'X-Forwarded-Proto': isSecure ? 'https' : 'http' },
  }
}

export const isLoopback = (hostname: string): boolean => ['127.0.0.1', 'localhost', '[::1]'].includes(hostname)
