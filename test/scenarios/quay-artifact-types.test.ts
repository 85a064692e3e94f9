import t from 'tap'
import { quayArtifactTypes } from '../../scenarios/quay-artifact-types/scenario.js'
import { replay } from './replay.js'

void replay(t, quayArtifactTypes)
