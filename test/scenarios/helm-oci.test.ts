import t from 'tap'
import { helmOci } from '../../scenarios/helm-oci/helm-oci.js'
import { replay } from './replay.js'

void replay(t, helmOci)
