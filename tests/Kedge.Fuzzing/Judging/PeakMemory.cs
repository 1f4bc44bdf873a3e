using System.Buffers.Text;
using System.Diagnostics;

namespace Kedge.Fuzzing.Judging;

/// <summary>The most resident memory that this process has had. Fast enough to be asked after every input.</summary>
internal sealed class PeakMemory : IDisposable
{
    private readonly FileStream? _status = OperatingSystem.IsLinux() ? new("/proc/self/status", FileMode.Open, FileAccess.Read) : null;
    private readonly Process _process = Process.GetCurrentProcess();
    private readonly byte[] _buffer = new byte[4096];

    public long Bytes
    {
        get
        {
            if (_status is null)
            {
                _process.Refresh();
                return _process.PeakWorkingSet64;
            }
            var length = RandomAccess.Read(_status.SafeFileHandle, _buffer, 0);
            var line = _buffer.AsSpan(0, length);
            line = line[(line.IndexOf("VmHWM:"u8) + 6)..].TrimStart(" \t"u8);
            return Utf8Parser.TryParse(line, out long kibibytes, out _) ? kibibytes * 1024 : 0;
        }
    }

    public void Dispose()
    {
        _status?.Dispose();
        _process.Dispose();
    }
}
