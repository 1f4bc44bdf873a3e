using System.Diagnostics;
using System.Net.Sockets;
using Kedge.Imaging;
using Kedge.Runtime;
using Kedge.Tests.Support;

namespace Kedge.Tests.Runtime;

/// <summary>A pipe that nobody writes to would be waited for, and a device be read without end.</summary>
public class UserFileTests
{
    private const string NoSpecialFiles = "Windows has no such files.";

    [Fact]
    public void Pipes_sockets_devices_and_folders_are_refused_before_they_are_opened()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), NoSpecialFiles);
        using var folder = new TemporaryFolder();
        MakePipe(folder["pipe.jpg"]);
        using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Bind(new UnixDomainSocketEndPoint(folder["socket.jpg"]));
        Directory.CreateDirectory(folder["folder.jpg"]);
        File.CreateSymbolicLink(folder["link.jpg"], "/dev/zero");

        Assert.Equal("It is a pipe, not a regular file.", Refusal(folder["pipe.jpg"]));
        Assert.Equal("It is a socket, not a regular file.", Refusal(folder["socket.jpg"]));
        Assert.Equal("It is a folder, not a regular file.", Refusal(folder["folder.jpg"]));
        Assert.Equal("It is a device, not a regular file.", Refusal("/dev/zero"));
        Assert.Equal("It is a device, not a regular file.", Refusal(folder["link.jpg"]));
        Assert.Throws<IOException>(() => UserFile.Check(folder["pipe.jpg"]));
        Assert.Throws<IOException>(() => UserFile.ReadLines(folder["pipe.jpg"]).Count());
    }

    [Fact]
    public void A_file_above_the_limit_is_refused_before_it_is_read()
    {
        using var folder = new TemporaryFolder();
        using (var file = File.Create(folder["huge.jpg"]))
            file.SetLength(1L << 40); // without content
        Assert.Equal("It has 1,099,511,627,776 bytes, more than the 268,435,456 that are read.", Refusal(folder["huge.jpg"]));
        folder.Write("four", [1, 2, 3, 4]);
        Assert.Equal([1, 2, 3, 4], UserFile.ReadAllBytes(folder["four"], most: 4));
        Assert.Equal("It has 4 bytes, more than the 3 that are read.",
            Assert.Throws<IOException>(() => UserFile.ReadAllBytes(folder["four"], most: 3)).Message);
    }

    [Fact]
    public void Files_that_state_no_length_are_read_up_to_the_limit()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "They are Linux's.");
        Assert.NotEmpty(UserFile.ReadAllText("/proc/self/status"));
        Assert.Equal("It has more than the 10 bytes that are read.",
            Assert.Throws<IOException>(() => UserFile.ReadAllBytes("/proc/self/status", most: 10)).Message);
    }

    [Fact]
    public void Text_is_read_by_its_byte_order_mark_or_as_utf8()
    {
        using var folder = new TemporaryFolder();
        folder.Write("utf8", "ä\nb\r\n");
        folder.Write("utf16", [0xFF, 0xFE, 0xE4, 0, (byte)'\n', 0]);
        Assert.Equal(["ä", "b"], UserFile.ReadLines(folder["utf8"]));
        Assert.Equal("ä\n", UserFile.ReadAllText(folder["utf16"]));
    }

    [Fact]
    public void Every_reader_of_the_users_files_refuses_a_pipe_in_one_sentence()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), NoSpecialFiles);
        using var folder = new TemporaryFolder();
        string Pipe(string name)
        {
            MakePipe(folder[name]);
            return folder[name];
        }

        Assert.Equal($"Cannot read the image '{folder["a.jpg"]}': It is a pipe, not a regular file.",
            Assert.Throws<KedgeException>(() => ImageFile.OnDisk(Pipe("a.jpg")).ReadAllBytes()).Message);
        Assert.Equal($"The zip {folder["a.zip"]} cannot be read (It is a pipe, not a regular file.); take an undamaged zip, or unpack it " +
            "and give the folder.", CliRun.Failed("fit", "--data", Pipe("a.zip"), "--out", folder["x.kedge"]));
        Assert.Equal($"The CSV file {folder["a.csv"]} cannot be read (It is a pipe, not a regular file.); check the file and its " +
            "permissions.", CliRun.Failed("fit", "--data", Pipe("a.csv"), "--out", folder["x.kedge"]));
        Assert.Equal($"The file {folder["a.json"]} cannot be read (It is a pipe, not a regular file.); check the file and its " +
            "permissions.", CliRun.Failed("fit", "--data", Pipe("a.json"), "--out", folder["x.kedge"]));
        Assert.Equal($"The checkpoint '{folder["a.pt"]}' cannot be read: It is a pipe, not a regular file. Check that it is a file that " +
            "you may read.", CliRun.Failed("info", Pipe("a.pt")));
        Assert.Equal($"The file of texts '{folder["a.txt"]}' cannot be read: It is a pipe, not a regular file. Check the path and its " +
            "permissions.", CliRun.Failed("embed", "--texts", Pipe("a.txt"), "--out", folder["x.safetensors"]));
        Assert.Equal($"'{folder["a.out"]}' cannot be written: it is no regular file; choose another name.",
            CliRun.Failed("embed", "--texts", folder["a.txt"], "--out", Pipe("a.out")));
    }

    private static string Refusal(string path) => Assert.Throws<IOException>(() => UserFile.ReadAllBytes(path)).Message;

    private static void MakePipe(string path)
    {
        using var made = Process.Start("mkfifo", [path]);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }
}
