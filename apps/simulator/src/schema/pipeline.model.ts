/** A pipeline of Deals before it has an id. */
export interface PipelineSpec {
  /** The value of the field Pipeline. */
  readonly name: string;
  readonly default: boolean;
  /** Actual values of the field Stage, in the order of the pipeline. */
  readonly stages: readonly string[];
}

export interface Pipeline extends PipelineSpec {
  readonly id: string;
}
