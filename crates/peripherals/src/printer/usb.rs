//! A printer on USB, by the kernel's printer driver (`usblp`): a device file like any other, so nothing has to be taken from the kernel or
//! spoken by hand, the rights are those of the group `lp`, and a printer that is pulled out hangs up. The file's number changes with every
//! plugging in; so it is looked for by vendor and product.

use std::{
    fs,
    io::{self, ErrorKind},
    path::{Path, PathBuf},
};

use escpos::errors::Result;

use super::{Connect, EscPosPrinter, Patience, device_node::DeviceNode, stream::StreamDriver};

/// Where the kernel lists printers.
const CLASS: &str = "/sys/class/usbmisc";
/// Where their device files are.
const NODES: &str = "/dev/usb";

/// Opens a USB printer, again whenever it was lost.
#[derive(Debug, Clone)]
pub struct UsbConnector {
    vendor: u16,
    product: u16,
}

impl Connect for UsbConnector {
    type Driver = StreamDriver<DeviceNode>;

    fn name(&self) -> String {
        format!("usb:{:04x}:{:04x}", self.vendor, self.product)
    }

    fn connect(&self) -> Result<Self::Driver> {
        let node = find(Path::new(CLASS), self.vendor, self.product)?;
        let stream = DeviceNode::open(&Path::new(NODES).join(node))?;
        Ok(StreamDriver::new(self.name(), stream))
    }
}

/// The name of the first printer of this vendor and product, such as `lp0`.
fn find(class: &Path, vendor: u16, product: u16) -> io::Result<PathBuf> {
    let mut printers: Vec<_> = fs::read_dir(class)?
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect();
    printers.sort();
    let found = printers.iter().find(|printer| {
        // The link leads to the interface; its device is the folder around it.
        let device = printer.join("device/..");
        let number = |file: &str| {
            let text = fs::read_to_string(device.join(file)).ok()?;
            u16::from_str_radix(text.trim(), 16).ok()
        };
        number("idVendor") == Some(vendor) && number("idProduct") == Some(product)
    });
    let name = found.and_then(|printer| printer.file_name());
    name.map(PathBuf::from)
        .ok_or_else(|| io::Error::new(ErrorKind::NotFound, "no such printer is plugged in"))
}

/// A printer of this vendor and product, as `lsusb` shows them. Opens it when it is first needed.
pub fn usb_printer(vendor: u16, product: u16, patience: Patience) -> EscPosPrinter<UsbConnector> {
    EscPosPrinter::new(UsbConnector { vendor, product }, patience)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    /// A device with an interface, and the link to it, as the kernel lays them out.
    fn plug_in(sys: &Path, node: &str, vendor: &str, product: &str) {
        let device = sys.join("devices").join(node);
        let interface = device.join("1-1:1.0");
        fs::create_dir_all(&interface).unwrap();
        fs::write(device.join("idVendor"), vendor).unwrap();
        fs::write(device.join("idProduct"), product).unwrap();
        let printer = sys.join("class").join(node);
        fs::create_dir_all(&printer).unwrap();
        symlink(interface, printer.join("device")).unwrap();
    }

    #[test]
    fn a_printer_is_found_by_vendor_and_product() {
        let sys = tempfile::tempdir().unwrap();
        let class = sys.path().join("class");
        assert!(find(&class, 0x04B8, 0x0202).is_err(), "no printer at all");
        plug_in(sys.path(), "lp0", "03f0\n", "0202\n");
        plug_in(sys.path(), "lp1", "04b8\n", "0202\n");
        assert_eq!(find(&class, 0x04B8, 0x0202).unwrap(), Path::new("lp1"));
        assert!(find(&class, 0x04B8, 0x0203).is_err());
    }
}
