namespace Kedge.Fuzzing.Judging;

/// <summary>What is wrong with how an input was read.</summary>
internal enum FaultKind
{
    /// <summary>An exception came out that is no <see cref="KedgeException"/>.</summary>
    Exception,

    /// <summary>The error is no sentence for users: too long, empty, with control characters or types.</summary>
    Message,

    /// <summary>Reading took too much processor time.</summary>
    Slow,

    /// <summary>Too much managed memory was allocated.</summary>
    Allocation,

    /// <summary>The process grew too much.</summary>
    Memory,

    /// <summary>Tensors are alive that nobody owns any more.</summary>
    Leak,

    /// <summary>The process ended.</summary>
    Death,

    /// <summary>The process had to be ended: it did not come to an end, or had grown to 4 GiB.</summary>
    Hang,
}
