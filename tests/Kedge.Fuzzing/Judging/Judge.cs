using System.Diagnostics;
using TorchSharp;

namespace Kedge.Fuzzing.Judging;

/// <summary>Reads inputs of one target, one after another, and says what is wrong with how it went.</summary>
/// <param name="target">The target; its first inputs are to be sound: what is made once is made for them.</param>
/// <param name="limits">What reading one input may take.</param>
internal sealed class Judge(FuzzTarget target, Limits limits) : IDisposable
{
    private readonly PeakMemory _peak = new();
    private long _usual = long.MaxValue;

    /// <summary>Takes the memory of now as the usual one.</summary>
    public void WarmedUp() => _usual = _peak.Bytes;

    /// <summary>Reads one input.</summary>
    public Verdict Examine(FuzzInput input)
    {
        var (tensors, allocated, time) = (LiveTensors, GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime);
        var error = Read(input);
        time = Environment.CpuUsage.TotalTime - time;
        allocated = GC.GetTotalAllocatedBytes() - allocated;
        var grown = Math.Max(0, _peak.Bytes - _usual);
        var fault = Find(error, time, allocated, grown, LiveTensors - tensors);
        if (fault?.Kind == FaultKind.Memory)
            WarmedUp(); // the next inputs are not at fault
        return new(error?.GetType().Name ?? "read", time, allocated, grown, fault);
    }

    public void Dispose() => _peak.Dispose();

    private static long LiveTensors => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    private Exception? Read(FuzzInput input)
    {
        try
        {
            target.Read(input);
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    private Fault? Find(Exception? error, TimeSpan time, long allocated, long grown, long tensors)
    {
        const long mebibyte = 1 << 20;
        if (error is not (null or KedgeException))
            return At(FaultKind.Exception, error, error.GetType().Name);
        if (error is KedgeException told && MessageFault.Of(told, limits.MessageLength) is { } wrong)
            return At(FaultKind.Message, error, wrong);
        if (allocated > limits.AllocatedBytes)
            return At(FaultKind.Allocation, error, $"{allocated / mebibyte:N0} MiB");
        if (grown > limits.ResidentBytes)
            return At(FaultKind.Memory, error, $"{grown / mebibyte:N0} MiB");
        if (time > limits.ProcessorTime)
            return At(FaultKind.Slow, error, $"{time.TotalSeconds:0.0} s");
        return tensors == 0 ? null : At(FaultKind.Leak, error, $"{tensors} tensors");
    }

    private static Fault At(FaultKind kind, Exception? error, string found)
    {
        var place = error is null ? "read"
            : new StackTrace(error).GetFrames().Select(frame => frame.GetMethod()?.DeclaringType?.FullName + "." + frame.GetMethod()?.Name)
                .FirstOrDefault(name => name.StartsWith("Kedge.", StringComparison.Ordinal)) ?? "nowhere";
        var shown = error is null ? "" : $"\n{Shortened(error.ToString())}";
        return new(kind, $"{found}{shown}", $"{kind} {(kind == FaultKind.Exception ? found : "")} {place}");
    }

    private static string Shortened(string text) => text.Length <= 4000 ? text : $"{text[..2000]}\n[…]\n{text[^2000..]}";
}
