import t from 'tap'
import { orasArtifact } from '../../scenarios/oras-artifact.js'
import { replay } from './replay.js'

void replay(t, orasArtifact)
