using System.CommandLine;
using Kedge.Calibration;

namespace Kedge.Cli.Options;

/// <summary>Calibration of a fit: temperature scaling, and rejection ("none of these").</summary>
internal sealed class ProbabilityOptions
{
    private readonly Option<bool> _calibrate = new("--calibrate")
    {
        Description = "Make probabilities believable, by a temperature fitted on support photos that were left out. Needs 2 shots; " +
            "takes up to 4 more fits.",
    };

    private readonly Option<double?> _reject = RangedOption.Above(0, RangedOption.Below(1, new Option<double?>("--reject")
    {
        Description = "Calibrate, and answer \"none of these\" to photos unlike the support photos; " +
            "about this share of photos of the classes may be rejected too, such as 0.05.",
        HelpName = "share",
    }));

    public void AddTo(Command command)
    {
        command.Add(_calibrate);
        command.Add(_reject);
    }

    /// <summary>The requested calibration; null for none.</summary>
    public CalibrationOptions? Read(ParseResult parsed) =>
        parsed.GetValue(_reject) is { } rate ? new(rate) : parsed.GetValue(_calibrate) ? new() : null;
}
