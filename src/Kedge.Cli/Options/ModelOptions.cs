using System.CommandLine;
using Kedge.Clip;
using Kedge.Runtime;
using TorchSharp;

namespace Kedge.Cli.Options;

/// <summary>The CLIP that a command uses, and its device.</summary>
internal sealed class ModelOptions
{
    private readonly Option<string> _device = new("--device")
    {
        Description = "Where to compute: cpu, cuda, cuda:n or mps.",
        HelpName = "device",
        DefaultValueFactory = _ => "cpu",
    };

    private readonly Option<int?> _threads = RangedOption.AtLeast(1, new Option<int?>("--threads")
    {
        Description = "Threads to compute and decode with. [default: one a core]",
        HelpName = "count",
    });

    private readonly Option<EncoderPrecision> _precision = ChoiceOption.Create("--precision",
        "What the image tower multiplies: bfloat16 is about twice as fast; auto is bfloat16 where the processor multiplies it.",
        EncoderPrecision.Auto);

    /// <summary>The option --model; a command that can do without it leaves it to its user.</summary>
    public Option<string?> Model { get; } = new("--model")
    {
        Description = $"A model that Kedge brings ({string.Join(", ", EmbeddedModels.Names)}), a checkpoint's file or folder. [default: " +
            $"{EmbeddedModels.Default}]",
        HelpName = "model",
    };

    public void AddTo(Command command, bool named = true, bool encodes = true)
    {
        if (named)
            command.Add(Model);
        if (encodes)
            command.Add(_precision);
        command.Add(_device);
        command.Add(_threads);
    }

    /// <summary>Loads the requested model, else the given one, else the default.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="notes">Is told where auto is not bfloat16.</param>
    /// <param name="otherwise">The model where none is requested.</param>
    public ClipModel Load(ParseResult parsed, TextWriter notes, string? otherwise = null)
    {
        var clip = Load(parsed, Precision(parsed), otherwise);
        if (Precision(parsed) == EncoderPrecision.Auto && EncoderPrecisions.ReasonForFloat32(clip) is { } reason)
            notes.WriteLine($"Note: photos are encoded in float32, as {reason}.");
        return clip;
    }

    /// <summary>As the other, in a precision that is known.</summary>
    public ClipModel Load(ParseResult parsed, EncoderPrecision precision, string? otherwise) =>
        ClipModel.Load(parsed.GetValue(Model) ?? otherwise ?? EmbeddedModels.Default, Device(parsed), new HeadCounts(), precision);

    /// <summary>The requested precision.</summary>
    public EncoderPrecision Precision(ParseResult parsed) => parsed.GetValue(_precision);

    /// <summary>The requested device; sets the number of threads too.</summary>
    public torch.Device Device(ParseResult parsed)
    {
        var device = ComputeDevice.Find(parsed.GetValue(_device)!);
        if (parsed.GetValue(_threads) is { } threads)
            torch.set_num_threads(threads);
        return device;
    }

    public int DecodeThreads(ParseResult parsed) => parsed.GetValue(_threads) ?? Environment.ProcessorCount;
}
