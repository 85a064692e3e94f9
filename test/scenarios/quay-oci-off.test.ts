import t from 'tap'
import { quayOciOff } from '../../scenarios/quay-oci-off/scenario.js'
import { replay } from './replay.js'

void replay(t, quayOciOff)
