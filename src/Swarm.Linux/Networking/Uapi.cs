namespace Swarm.Linux.Networking;

/// <summary>Constants of the kernel's interfaces, each under the name it has in the system headers.</summary>
/// <remarks>A test compiles every one of them against those headers.</remarks>
internal static class Uapi
{
    internal const int AF_UNSPEC = 0;
    internal const int AF_INET = 2;
    internal const int AF_NETLINK = 16;
    internal const int SOCK_RAW = 3;
    internal const int SOCK_CLOEXEC = 0x80000;
    internal const int SOL_SOCKET = 1;
    internal const int SO_RCVBUF = 8;
    internal const int SO_REUSEADDR = 2;
    internal const int SO_PRIORITY = 12;
    internal const int SIOCOUTQ = 0x5411;
    internal const int SOL_IP = 0;
    internal const int IP_TOS = 1;
    internal const int SOL_IPV6 = 41;
    internal const int IPV6_TCLASS = 67;
    internal const int IPTOS_CLASS_CS1 = 0x20;
    internal const int TC_PRIO_BULK = 2;
    internal const int SOL_NETLINK = 270;
    internal const int NETLINK_ROUTE = 0;
    internal const int NETLINK_CAP_ACK = 10;
    internal const int NETLINK_EXT_ACK = 11;

    internal const int NLMSG_ERROR = 2;
    internal const int NLMSG_DONE = 3;
    internal const int NLM_F_REQUEST = 0x1;
    internal const int NLM_F_MULTI = 0x2;
    internal const int NLM_F_ACK = 0x4;
    internal const int NLM_F_DUMP_INTR = 0x10;
    internal const int NLM_F_DUMP = 0x300;
    internal const int NLM_F_EXCL = 0x200;
    internal const int NLM_F_CREATE = 0x400;
    internal const int NLM_F_REPLACE = 0x100;
    internal const int NLM_F_CAPPED = 0x100;
    internal const int NLM_F_ACK_TLVS = 0x200;
    internal const int NLA_F_NESTED = 0x8000;
    internal const int NLMSGERR_ATTR_MSG = 1;

    internal const int RTM_NEWLINK = 16;
    internal const int RTM_DELLINK = 17;
    internal const int RTM_GETLINK = 18;
    internal const int RTM_NEWADDR = 20;
    internal const int RTM_GETADDR = 22;
    internal const int RTM_NEWROUTE = 24;
    internal const int RTM_DELROUTE = 25;
    internal const int RTM_GETROUTE = 26;

    internal const int IFLA_ADDRESS = 1;
    internal const int IFLA_IFNAME = 3;
    internal const int IFLA_MTU = 4;
    internal const int IFLA_MASTER = 10;
    internal const int IFLA_LINKINFO = 18;
    internal const int IFLA_NET_NS_FD = 28;
    internal const int IFLA_INFO_KIND = 1;
    internal const int IFLA_INFO_DATA = 2;
    internal const int IFLA_INFO_SLAVE_KIND = 4;
    internal const int IFLA_INFO_SLAVE_DATA = 5;
    internal const int IFLA_BRPORT_MODE = 4;
    internal const int IFLA_BRPORT_ISOLATED = 33;
    internal const int VETH_INFO_PEER = 1;
    internal const int IFF_UP = 1;
    internal const int IFNAMSIZ = 16;

    internal const int IFA_ADDRESS = 1;
    internal const int IFA_LOCAL = 2;
    internal const int IFA_BROADCAST = 4;

    internal const int RTA_DST = 1;
    internal const int RTA_OIF = 4;
    internal const int RTA_GATEWAY = 5;
    internal const int RT_TABLE_MAIN = 254;
    internal const int RTPROT_BOOT = 3;
    internal const int RT_SCOPE_UNIVERSE = 0;
    internal const int RT_SCOPE_LINK = 253;
    internal const int RT_SCOPE_NOWHERE = 255;
    internal const int RTN_UNICAST = 1;

    internal const int CLONE_NEWNET = 0x40000000;
    internal const int MS_BIND = 4096;
    internal const int MNT_DETACH = 2;
    internal const int O_RDONLY = 0;
    internal const int O_CLOEXEC = 0x80000;
    internal const int NSFS_MAGIC = 0x6e736673;
}
