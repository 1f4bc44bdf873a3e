namespace Kedge.Fuzzing.Judging;

/// <summary>How one input was read.</summary>
/// <param name="Outcome">"read", or the type of the exception that came out.</param>
/// <param name="ProcessorTime">Of the whole process.</param>
/// <param name="Allocated">Bytes of managed memory.</param>
/// <param name="Grown">Bytes by which the most resident memory has grown since the target's first input.</param>
/// <param name="Fault">What is wrong; <see langword="null"/> where nothing is.</param>
internal sealed record Verdict(string Outcome, TimeSpan ProcessorTime, long Allocated, long Grown, Fault? Fault);

/// <summary>What is wrong with how an input was read.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="Detail">The error with its stack, or the measure that is above its limit.</param>
/// <param name="Signature">Equal for inputs that fail alike: the kind, and where in the code.</param>
internal sealed record Fault(FaultKind Kind, string Detail, string Signature);
