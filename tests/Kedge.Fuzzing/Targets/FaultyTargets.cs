using System.Runtime.InteropServices;
using Kedge.Fuzzing.Corpora;
using static TorchSharp.torch;

namespace Kedge.Fuzzing.Targets;

/// <summary>Parsers that are wrong on purpose, each in one way, to show that it is noticed; no run has them.</summary>
internal static class FaultyTargets
{
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        Faulty("throws", _ => throw new FormatException("the 3rd field is no number")),
        Faulty("floods", _ => throw new Raw(string.Join(", ", Enumerable.Range(0, 1000)))),
        Faulty("writes-controls", _ => throw new Raw("The name '\u001b[31m' is no name.")),
        Faulty("names-types", _ => throw new KedgeException("The value cannot be converted to System.Int32.")),
        Faulty("spins", _ => Spin()),
        Faulty("never-ends", _ => Forever()),
        Faulty("allocates", _ => Allocate()),
        Faulty("grows", _ => Grow()),
        Faulty("leaks", _ => ones(2)),
        Faulty("overflows-the-stack", _ => Descend(0)),
        Faulty("frees-wild-memory", _ => FreeWildMemory()),
    ];

    /// <summary>An error whose message nobody made printable.</summary>
    private sealed class Raw(string message) : KedgeException
    {
        public override string Message => message;
    }

    /// <summary>Reads what begins with "sound" as it should be read.</summary>
    private static FuzzTarget Faulty(string name, Action<FuzzInput> read) => new(name, Format.Text, () => Tables.Texts("sound"), input =>
    {
        if (!input.Text.StartsWith("sound", StringComparison.Ordinal))
            read(input);
    });

    private static void Spin()
    {
        var start = Environment.CpuUsage.TotalTime;
        while (Environment.CpuUsage.TotalTime - start < TimeSpan.FromSeconds(2.1))
            Thread.SpinWait(1000);
    }

    private static void Forever()
    {
        while (true)
            Thread.SpinWait(1000);
    }

    private static void Allocate()
    {
        for (var i = 0; i < 1100; i++)
            GC.KeepAlive(new byte[1 << 20]);
    }

    private static unsafe void Grow()
    {
        const int size = 1700 << 20;
        var memory = (byte*)NativeMemory.Alloc(size);
        for (var page = 0; page < size; page += 4096)
            memory[page] = 1;
        NativeMemory.Free(memory);
    }

    private static unsafe void FreeWildMemory() => NativeMemory.Free((void*)16);

    private static int Descend(int depth) => Descend(depth + 1) + Descend(depth + 2);
}
