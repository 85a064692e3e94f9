import t from 'tap'
import { trust } from '../../scenarios/trust/trust.js'
import { replay } from './replay.js'

void replay(t, trust)
