using System.Runtime.InteropServices;
using Kedge.Cli.Output;

namespace Kedge.Tests.Cli.Output;

public class FailureTests
{
    private const string NoMemory =
        "There is not enough memory: close other programs, take a smaller model, or give fewer or smaller images at a time.";

    public static TheoryData<Exception, string> Errors => new()
    {
        { new KedgeException("Two\nlines."), "Two lines." },
        { new IOException("No space left on device"), "Reading or writing failed: No space left on device" },
        { new InsufficientMemoryException(), NoMemory },
        { new NativeError("[enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory"), NoMemory },
        { new InvalidOperationException("Oh."),
            "Something unexpected went wrong (InvalidOperationException: Oh.); run again with --verbose for the details." },
    };

    [Theory, MemberData(nameof(Errors), DisableDiscoveryEnumeration = true)]
    public void Every_error_is_one_line(Exception error, string line) => Assert.Equal(line, Failure.Describe(error));

    private sealed class NativeError(string message) : ExternalException(message);
}
