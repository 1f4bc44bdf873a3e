namespace Kedge.Cli.Output;

/// <summary>Photos that cannot be read and are left out, in the lines of results.</summary>
internal static class LeftOutPhotos
{
    /// <summary>", 2 left out, as they cannot be read": the end of a result's line; empty for none.</summary>
    public static string Describe(int count) => count switch
    {
        0 => "",
        1 => ", 1 left out, as it cannot be read",
        _ => $", {count:N0} left out, as they cannot be read",
    };
}
