using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Swarm.Linux.Networking;

namespace Swarm.Linux.Tests.Networking;

public sealed class KernelHeaderTests
{
    private const string Headers = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <sched.h>
        #include <stddef.h>
        #include <sys/mount.h>
        #include <sys/socket.h>
        #include <net/if.h>
        #include <linux/if_addr.h>
        #include <linux/if_link.h>
        #include <linux/magic.h>
        #include <linux/netlink.h>
        #include <linux/rtnetlink.h>
        #include <linux/veth.h>

        """;

    [Fact]
    public void Every_constant_is_what_the_system_headers_say() =>
        Compile(string.Concat(
            from field in ConstantsOf(typeof(Uapi)).Concat(ConstantsOf(typeof(Errno)))
            select $"_Static_assert((long){field.Name} == {Value(field)}, \"{field.Name}\");\n"));

    [Fact]
    public void Every_layout_is_what_the_system_headers_say() =>
        Compile(
            Layout<NetlinkAddress>("struct sockaddr_nl", "nl_family", "nl_pad", "nl_pid", "nl_groups")
            + Layout<NetlinkHeader>(
                "struct nlmsghdr", "nlmsg_len", "nlmsg_type", "nlmsg_flags", "nlmsg_seq", "nlmsg_pid")
            + Layout<LinkMessage>(
                "struct ifinfomsg", "ifi_family", "__ifi_pad", "ifi_type", "ifi_index", "ifi_flags", "ifi_change")
            + Layout<AddressMessage>(
                "struct ifaddrmsg", "ifa_family", "ifa_prefixlen", "ifa_flags", "ifa_scope", "ifa_index")
            + Layout<RouteMessage>(
                "struct rtmsg", "rtm_family", "rtm_dst_len", "rtm_src_len", "rtm_tos", "rtm_table", "rtm_protocol",
                "rtm_scope", "rtm_type", "rtm_flags"));

    [Fact]
    public void A_wrong_constant_does_not_compile() =>
        Assert.Contains("EPERM", CompilerErrors("_Static_assert(EPERM == 2, \"EPERM\");"), StringComparison.Ordinal);

    private static IEnumerable<FieldInfo> ConstantsOf(Type type) =>
        type.GetFields(BindingFlags.Static | BindingFlags.NonPublic | BindingFlags.Public)
            .Where(field => field.IsLiteral);

    private static long Value(FieldInfo field) =>
        Convert.ToInt64(field.GetRawConstantValue(), CultureInfo.InvariantCulture);

    private static string Layout<T>(string type, params string[] members)
        where T : unmanaged
    {
        var fields = typeof(T).GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public);
        Assert.Equal(members.Length, fields.Length);
        var lines = new StringBuilder($"_Static_assert(sizeof({type}) == {Marshal.SizeOf<T>()}, \"{type}\");\n");
        foreach (var (field, member) in fields.Zip(members))
        {
            var offset = Marshal.OffsetOf<T>(field.Name);
            var size = Marshal.SizeOf(field.FieldType);
            lines.Append(CultureInfo.InvariantCulture,
                $"_Static_assert(offsetof({type}, {member}) == {offset}, \"{member}\");\n")
                .Append(CultureInfo.InvariantCulture,
                    $"_Static_assert(sizeof((({type} *)0)->{member}) == {size}, \"{member}\");\n");
        }

        return lines.ToString();
    }

    private static void Compile(string assertions) => Assert.Equal("", CompilerErrors(assertions));

    private static string CompilerErrors(string assertions)
    {
        using var gcc = Process.Start(new ProcessStartInfo("gcc", "-x c -fsyntax-only -")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        gcc.StandardInput.Write(Headers + assertions);
        gcc.StandardInput.Close();
        var errors = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        return errors;
    }
}
