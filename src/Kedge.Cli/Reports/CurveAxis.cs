namespace Kedge.Cli.Reports;

/// <summary>What a curve of accuracy is drawn against.</summary>
/// <param name="Name">In the curve's name, "shots" say.</param>
/// <param name="Label">Below the axis.</param>
/// <param name="Place">A number to its place on the axis.</param>
internal sealed record CurveAxis(string Name, string Label, Func<int, double> Place)
{
    /// <summary>Shots, each doubling as wide as the last.</summary>
    public static CurveAxis Shots { get; } = new("shots", "shots, labelled images a class", shots => Math.Log2(shots));

    /// <summary>Tasks of a stream.</summary>
    public static CurveAxis Tasks { get; } = new("tasks", "tasks learned, test images of all classes so far", task => task / 2.0);
}
