import type { SignatureVerdict, StorageForm } from '../../cosign/verdict.js'
import { html, type Html, type HtmlValue } from '../html.js'
import type { FoundSignatures } from '../surroundings.js'
import { badge, counted, digestOf } from './words.js'

const forms: Readonly<Record<StorageForm, string>> = {
  'sig-tag': 'signature behind a tag',
  'att-tag': 'attestation behind a tag',
  'oci-1-1': 'signature that refers to it',
  bundle: 'sigstore bundle',
}

/** The signatures of a manifest, each with what became of it and why. */
export function signatureList({ checked, verdicts }: FoundSignatures): Html {
  const verified = verdicts.filter((one) => one.verified).length
  const lead = checked
    ? `${verified} of ${counted(verdicts.length, 'signature')} verified with the keys of the admission rules.`
    : 'No key is configured for this repository, so nothing was verified. Admission rules name keys.'
  return html`<section id="signatures">
    <h2>Signatures</h2>
    ${
      verdicts.length === 0
        ? html`<p class="hint">Nothing is signed or attested.</p>`
        : html`<p>${lead}</p>
            <ul class="verdicts">
              ${verdicts.map((one) => row(one, checked))}
            </ul>`
    }
  </section>`
}

function row(one: SignatureVerdict, checked: boolean): Html {
  const { form, manifest, verified, findings, algorithm, identity, predicateType, annotations } = one
  const said = Object.entries(annotations ?? {})
  return html`<li>
    ${verdictBadge(verified, checked)} <span>${forms[form]}</span> ${digestOf(manifest)}
    ${identity && html`<div>by ${identity.subject}${identity.issuer !== undefined && html`, vouched for by ${identity.issuer}`}</div>`}
    ${algorithm !== undefined && html`<div class="meta">${algorithm}</div>`}
    ${predicateType !== undefined && html`<div class="meta">${predicateType}</div>`}
    ${said.map(([name, value]) => html`<div class="note"><span>${name}</span> <span>${typeof value === 'string' ? value : JSON.stringify(value)}</span></div>`)}
    ${reasons(checked || verified ? findings : [])}
  </li>`
}

const verdictBadge = (verified: boolean, checked: boolean): Html => {
  if (verified) return badge('verified', 'good')
  return checked ? badge('not verified', 'bad') : badge('not checked', 'warn')
}

const reasons = (findings: SignatureVerdict['findings']): HtmlValue =>
  findings.length > 0 &&
  html`<ul class="reasons">
    ${findings.map(({ code, message }) => html`<li>${message} <code>${code}</code></li>`)}
  </ul>`
