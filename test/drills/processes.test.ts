import { testDrills } from './test-drills.ts'

describe('fault drills: our processes are killed', () => testDrills('F1', 'F2', 'F6'))
