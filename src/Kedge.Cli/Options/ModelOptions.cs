using System.CommandLine;
using Kedge.Checkpoints;
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

    private readonly Option<Activation?> _activation = ChoiceOption.CreateOptional<Activation>(
        "--activation", "The activation of a checkpoint that does not state it: quickgelu is OpenAI's, gelu that of most of open_clip's.");

    private readonly Option<int?> _heads = RangedOption.AtLeast(1, new Option<int?>("--heads")
    {
        Description = "Attention heads of the image tower of a checkpoint that does not state them. [default: one for each 64 features]",
        HelpName = "count",
    });

    private readonly Option<int?> _textHeads = RangedOption.AtLeast(1, new Option<int?>("--text-heads")
    {
        Description = "Attention heads of the text tower, likewise.",
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
        {
            command.Add(_precision);
            command.Add(_activation);
            command.Add(_heads);
            command.Add(_textHeads);
        }
        command.Add(_device);
        command.Add(_threads);
    }

    /// <summary>Loads the requested model, else the given one, else the default.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="notes">Is told what is assumed of the model, and where auto is not bfloat16.</param>
    /// <param name="otherwise">The model where none is requested.</param>
    public ClipModel Load(ParseResult parsed, TextWriter notes, string? otherwise = null)
    {
        var clip = Load(parsed, Precision(parsed), otherwise);
        WriteAssumed(clip, notes);
        if (Precision(parsed) == EncoderPrecision.Auto && EncoderPrecisions.ReasonForFloat32(clip) is { } reason)
            notes.WriteLine($"Note: photos are encoded in float32, as {reason}.");
        return clip;
    }

    /// <summary>As the other, in a precision that is known.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="precision">The precision.</param>
    /// <param name="otherwise">The model where none is requested.</param>
    /// <param name="before">What was stated of the architecture before; what is stated now counts more.</param>
    public ClipModel Load(ParseResult parsed, EncoderPrecision precision, string? otherwise, StatedArchitecture before = default) =>
        ClipModel.Load(parsed.GetValue(Model) ?? otherwise ?? EmbeddedModels.Default, Device(parsed), new StatedArchitecture(
            parsed.GetValue(_activation) ?? before.Activation,
            new(parsed.GetValue(_heads) ?? before.Heads.Vision, parsed.GetValue(_textHeads) ?? before.Heads.Text)), precision);

    /// <summary>Writes one note of what is assumed of a model, where anything is.</summary>
    public static void WriteAssumed(ClipModel clip, TextWriter notes)
    {
        if (clip.Source.Assumed is { } assumed)
            notes.WriteLine($"Note: {assumed}");
    }

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
