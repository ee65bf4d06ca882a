using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using Swarm.Linux.Networking;
using Swarm.Linux.Processes;
using Swarm.Linux.Quotas;

namespace Swarm.Linux.Tests.Networking;

public sealed class KernelHeaderTests
{
    private const string Headers = """
        #define _GNU_SOURCE
        #include <errno.h>
        #include <fcntl.h>
        #include <poll.h>
        #include <sched.h>
        #include <stddef.h>
        #include <sys/mount.h>
        #include <sys/socket.h>
        #include <net/if.h>
        #include <netinet/in.h>
        #include <netinet/ip.h>
        #include <linux/if_addr.h>
        #include <linux/if_link.h>
        #include <linux/magic.h>
        #include <linux/netlink.h>
        #include <linux/pkt_sched.h>
        #include <linux/rtnetlink.h>
        #include <linux/sockios.h>
        #include <linux/veth.h>

        """;

    private const string OfQuotas = """
        #include <stddef.h>
        #include <linux/fs.h>
        #include <linux/quota.h>
        #include <linux/dqblk_xfs.h>

        """;

    [Fact]
    public void Every_constant_is_what_the_system_headers_say() =>
        Compile(Constants(typeof(Uapi)) + Constants(typeof(Errno)));

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
                "rtm_scope", "rtm_type", "rtm_flags")
            + Layout<ProcessFilter.PollDescriptor>("struct pollfd", "fd", "events", "revents"));

    [Fact]
    public void Numbers_and_layouts_of_quotas_are_what_the_system_headers_say() =>
        Assert.Equal("", CompilerErrors(
            OfQuotas + Constants(typeof(QuotaUapi))
            + Layout<ExtendedFlags>(
                "struct fsxattr", "fsx_xflags", "fsx_extsize", "fsx_nextents", "fsx_projid", "fsx_cowextsize",
                "fsx_pad")
            + Layout<DiskQuota>(
                "struct fs_disk_quota", "d_version", "d_flags", "d_fieldmask", "d_id", "d_blk_hardlimit",
                "d_blk_softlimit", "d_ino_hardlimit", "d_ino_softlimit", "d_bcount", "d_icount", "d_itimer",
                "d_btimer", "d_iwarns", "d_bwarns", "d_itimer_hi", "d_btimer_hi", "d_rtbtimer_hi", "d_padding2",
                "d_rtb_hardlimit", "d_rtb_softlimit", "d_rtbcount", "d_rtbtimer", "d_rtbwarns", "d_padding3",
                "d_padding4")
            + Layout<QuotaState>("struct fs_quota_stat", "qs_flags")));

    [Fact]
    public void A_wrong_constant_does_not_compile() =>
        Assert.Contains("EPERM", CompilerErrors(
            Headers + "_Static_assert(EPERM == 2, \"EPERM\");"), StringComparison.Ordinal);

    private static string Constants(Type type) => string.Concat(
        from field in ConstantsOf(type)
        select $"_Static_assert((long){field.Name} == {Value(field)}, \"{field.Name}\");\n");

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

    private static void Compile(string assertions) => Assert.Equal("", CompilerErrors(Headers + assertions));

    private static string CompilerErrors(string program)
    {
        using var gcc = Process.Start(new ProcessStartInfo("gcc", "-x c -fsyntax-only -")
        {
            RedirectStandardInput = true,
            RedirectStandardError = true,
        })!;
        gcc.StandardInput.Write(program);
        gcc.StandardInput.Close();
        var errors = gcc.StandardError.ReadToEnd();
        gcc.WaitForExit();
        return errors;
    }
}
