import { STATUS_CODES } from 'node:http'

// Where Quay's web framework has older words than node (werkzeug http.py).
const older: Readonly<Record<number, string>> = {
  413: 'Request Entity Too Large',
  416: 'Requested Range Not Satisfiable',
}

/** The words behind a status: in capital letters, as `401 UNAUTHORIZED`, which helm 3.8 prints. */
export const reasonOf = (status: number): string => (older[status] ?? STATUS_CODES[status] ?? '').toUpperCase()
