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

    /// <summary>The option --model; a command that can do without it leaves it to its user.</summary>
    public Option<string?> Model { get; } = new("--model")
    {
        Description = $"A model that Kedge brings ({string.Join(", ", EmbeddedModels.Names)}), a checkpoint's file or folder. [default: " +
            $"{EmbeddedModels.Default}]",
        HelpName = "model",
    };

    public void AddTo(Command command, bool named = true)
    {
        if (named)
            command.Add(Model);
        command.Add(_device);
        command.Add(_threads);
    }

    /// <summary>Loads the requested model, else the given one, else the default.</summary>
    public ClipModel Load(ParseResult parsed, string? otherwise = null)
    {
        var device = Device(parsed);
        return ClipModel.Load(parsed.GetValue(Model) ?? otherwise ?? EmbeddedModels.Default, device);
    }

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
