/** What was found in the place of a signature that a rule asks for. */
const nothing = 'there is none (NO_SIGNATURES)'

/** The registry's words for what a rule does not let pass, as most clients print them behind DENIED or denied. */
export function denial(
  { repository, digest }: { readonly repository: string; readonly digest: string },
  { action = 'pulled', rule = 'team/*', found = nothing }: Partial<Record<'action' | 'rule' | 'found', string>> = {},
): string {
  return `${digest} of ${repository} may not be ${action}: the admission rule for ${rule} asks for a signature by the rule's key, and ${found}`
}
