import { admission } from './admission/scenario.js'
import { cosignHardware } from './cosign-hardware/scenario.js'
import { cosignKey } from './cosign-key/scenario.js'
import { cosignKms } from './cosign-kms/scenario.js'
import { cosignPki } from './cosign-pki/scenario.js'
import { faults } from './faults/scenario.js'
import { helmOci } from './helm-oci/helm-oci.js'
import { helmRepository } from './helm-repository/scenario.js'
import { login } from './login/login.js'
import { opaPolicy } from './opa-policy/scenario.js'
import { operatorBundle } from './operator-bundle/scenario.js'
import { orasArtifact } from './oras-artifact.js'
import { podmanImage } from './podman-image.js'
import { quayArtifactTypes } from './quay-artifact-types/scenario.js'
import { quayCosign } from './quay-cosign/scenario.js'
import { quayHelm } from './quay-helm/scenario.js'
import { quayOciOff } from './quay-oci-off/scenario.js'
import { quayRobots } from './quay-robots/scenario.js'
import { races } from './races/scenario.js'
import type { Scenario } from './scenario.js'
import { trust } from './trust/trust.js'
import { verify } from './verify/scenario.js'
import { zstd } from './zstd.js'

/** Every scenario, in the order that `start-registry scenarios` plays them. */
export const scenarios: readonly Scenario[] = [
  login,
  trust,
  podmanImage,
  zstd,
  helmOci,
  helmRepository,
  cosignKey,
  cosignKms,
  cosignPki,
  verify,
  admission,
  orasArtifact,
  races,
  faults,
  quayHelm,
  quayCosign,
  quayOciOff,
  quayRobots,
  quayArtifactTypes,
  opaPolicy,
  operatorBundle,
  cosignHardware,
]
