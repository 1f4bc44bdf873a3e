using System.CommandLine;
using Kedge.Cli.Output;
using Kedge.Imaging;
using Kedge.Interpretation;

namespace Kedge.Cli.Options;

/// <summary>How many classes a prediction has, how predictions are written, and whether one error stops them.</summary>
internal sealed class PredictionOptions
{
    private readonly Option<int> _top = SharedOptions.Top();
    private readonly Option<bool> _json = new("--json") { Description = "Write JSON for machines: an object a line." };
    private readonly Option<bool> _csv = new("--csv") { Description = "Write CSV: a row a photo." };

    public void AddTo(Command command)
    {
        command.Add(_top);
        command.Add(_json);
        command.Add(_csv);
        command.Validators.Add(result =>
        {
            if (result.GetValue(_json) && result.GetValue(_csv))
                result.AddError("Give --json or --csv, not both.");
        });
    }

    public int Top(ParseResult parsed) => parsed.GetValue(_top);

    /// <summary>Writes predictions as they come.</summary>
    /// <param name="parsed">The arguments.</param>
    /// <param name="terminal">Receives them, and in the end how many photos could not be read.</param>
    /// <param name="progress">Ended in the end.</param>
    /// <param name="predictions">A prediction or an error for each image.</param>
    /// <param name="images">The images.</param>
    /// <param name="classes">C, the classes that there are.</param>
    /// <param name="strict">Whether the first error ends it.</param>
    /// <returns>The exit code.</returns>
    /// <exception cref="KedgeException">An image cannot be read, where that ends it.</exception>
    public int Write(
        ParseResult parsed, Terminal terminal, ProgressLine progress, IEnumerable<ImagePrediction> predictions,
        IReadOnlyList<ImageFile> images, int classes, bool strict)
    {
        var format = parsed.GetValue(_json) ? PredictionFormat.Json : parsed.GetValue(_csv) ? PredictionFormat.Csv : PredictionFormat.Text;
        var text = new PredictionText(terminal.Out, format, Math.Min(classes, Top(parsed)));
        var failed = new HashSet<string>();
        foreach (var prediction in predictions)
        {
            if (prediction.Error is { } error)
            {
                if (strict)
                    throw new KedgeException(error);
                failed.Add(prediction.Image.Name);
            }
            text.Write(prediction);
        }
        progress.Dispose();
        if (failed.Count == 0)
            return ExitCode.Done;
        var all = images.DistinctBy(image => image.Name).Count();
        terminal.Error.WriteLine(failed.Count < all
            ? $"Note: {failed.Count:N0} of {all:N0} photos cannot be read; what is wrong stands in their places."
            : $"None of the photos can be read ({all:N0}); what is wrong stands in their places.");
        return failed.Count < all ? ExitCode.SomeFailed : ExitCode.Failed;
    }
}
