import t from 'tap'
import { podmanImage } from '../../scenarios/podman-image.js'
import { replay } from './replay.js'

void replay(t, podmanImage)
