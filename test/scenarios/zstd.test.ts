import t from 'tap'
import { zstd } from '../../scenarios/zstd.js'
import { replay } from './replay.js'

void replay(t, zstd)
