namespace Kedge.Tensors;

/// <summary>
/// Bounds of what a file of tensors may list, far above any model's: a small hostile file could otherwise describe more
/// than memory holds.
/// </summary>
internal static class TensorLimits
{
    public const int MaxTensors = 100_000;

    /// <summary>Characters of one name; bytes of it in a file.</summary>
    public const int MaxNameLength = 1024;

    /// <summary>Characters of all names together.</summary>
    public const int MaxNames = 10_000_000;
}
